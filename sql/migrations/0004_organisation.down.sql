drop table branch_contacts;
drop table area_branches;
drop table branches;
drop table areas;
