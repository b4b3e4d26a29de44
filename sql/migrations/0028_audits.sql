-- S13: blanking remarks is an act of the owner's role. The serving role erases nothing, by any path.
revoke execute on function blank_remarks(uuid, text) from clientupdater_app;

-- L1: over which interface a change of rights came, and on the command line from which machine and
-- by which user of its system, as anybody who may run it there acts as whomever they name.
alter table authorization_audit add column origin jsonb not null default '{}';
