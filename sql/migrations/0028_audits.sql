-- S13: blanking remarks is an act of the owner's role. The serving role erases nothing, by any path.
revoke execute on function blank_remarks(uuid, text) from clientupdater_app;
