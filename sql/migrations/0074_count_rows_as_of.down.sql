drop function count_rows_as_of(uuid, text[], text, timestamptz, text);
