drop trigger protect_pension_column on field_mappings;
drop function protect_pension_column();
drop table protected_columns;
