-- R5: past counts are read from the tables as they stood, like every past report and list (ADR 38).
-- squawk-ignore ban-drop-function
drop function count_rows_as_of(uuid, text[], text, timestamptz, text);
