-- There is nothing to undo: a constraint cannot lose its validity.
select 1;
