-- Remarks as S5 wants them kept: trimmed, 4,000 characters at most.
create function is_kept_text(value text) returns boolean
language sql immutable parallel safe
return value = btrim(value, e' \t\n\r\f\x0b') and length(value) <= 4000;
