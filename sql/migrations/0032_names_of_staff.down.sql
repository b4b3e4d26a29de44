drop function staff_name(text, text, text);
