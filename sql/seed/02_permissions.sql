-- What the code asks for. The resource stands before the first colon, the action is all that
-- follows it. The last five came after the seventeen of the beginning (A9).

insert into permissions (code, resource, action, description)
select
    t.code,
    split_part(t.code, ':', 1),
    substr(t.code, strpos(t.code, ':') + 1),
    t.description
  from (values
    ('clients:read', 'See clients'),
    ('clients:update', 'Correct what staff keep of a client'),
    ('status:read', 'See where clients stand'),
    ('status:update', 'Record what was done for a client'),
    ('status:history:read', 'See what happened to a client'),
    ('reports:read', 'See reports'),
    ('reports:export', 'Take lists and reports out'),
    ('users:read', 'See users'),
    ('users:manage', 'Manage users and their rights'),
    ('branches:read', 'See branches'),
    ('branches:manage', 'Manage branches'),
    ('areas:read', 'See areas'),
    ('areas:manage', 'Manage areas'),
    ('config:read', 'See the configuration'),
    ('config:manage', 'Change the configuration'),
    ('sync:read', 'See runs of the sync'),
    ('sync:execute', 'Start and approve runs of the sync'),
    ('clients:assign', 'Assign clients to officers'),
    ('clients:reveal', 'See a pension number in full'),
    ('status:correct', 'Reopen, void, revive, and write to closed periods'),
    ('jobs:manage', 'See, retry and cancel jobs'),
    ('audit:read', 'Read audits')
  ) t (code, description)
on conflict (code) do nothing;
