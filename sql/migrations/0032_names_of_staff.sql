-- How a person of the staff is named wherever a name is shown: somebody without one is known by
-- the part of their email before the @. The planner puts its body in place of each call.
create function staff_name(first_name text, last_name text, email text) returns text
language sql stable parallel safe
return coalesce(nullif(concat_ws(' ', first_name, last_name), ''), split_part(email, '@', 1));
