-- The words that the business begins with. ON CONFLICT DO NOTHING throughout: what a person has
-- renamed, re-ordered or deactivated stays as it is.

insert into companies (code, name, is_system, sort_order)
values ('FCASH', 'FCASH', true, 1), ('PCNI', 'PCNI', true, 2)
on conflict (code) do nothing;

insert into pension_types (code, name, company_id, is_system, sort_order)
select t.code, t.name, c.id, true, t.sort_order
  from (values
    ('SSS', 'SSS', 'FCASH', 1),
    ('GSIS', 'GSIS', 'FCASH', 2),
    ('PVAO', 'PVAO', 'FCASH', 3),
    ('NON_PNP', 'Non-PNP', 'PCNI', 4),
    ('PNP', 'PNP', 'PCNI', 5)
  ) t (code, name, company, sort_order)
  join companies c on c.code = t.company
on conflict (code) do nothing;

insert into pensioner_types (code, name, is_system, sort_order)
values
    ('DEPENDENT', 'Dependent', true, 1),
    ('DISABILITY', 'Disability', true, 2),
    ('RETIREE', 'Retiree', true, 3),
    ('ITF', 'ITF', true, 4)
on conflict (code) do nothing;

insert into products (code, name, company_id, tracking_cycle, is_system, sort_order)
select t.code, t.name, c.id, t.tracking_cycle::tracking_cycle, true, t.sort_order
  from (values
    ('FCASH_SSS', 'FCASH SSS', 'FCASH', 'monthly', 1),
    ('FCASH_GSIS', 'FCASH GSIS', 'FCASH', 'monthly', 2),
    ('FCASH_PVAO', 'FCASH PVAO', 'FCASH', 'monthly', 3),
    ('PCNI_NON_PNP', 'PCNI Non-PNP', 'PCNI', 'monthly', 4),
    ('PCNI_PNP', 'PCNI PNP', 'PCNI', 'quarterly', 5)
  ) t (code, name, company, tracking_cycle, sort_order)
  join companies c on c.code = t.company
on conflict (code) do nothing;

insert into account_types (code, name, is_system, sort_order)
values
    ('PASSBOOK', 'Passbook', true, 1),
    ('ATM', 'ATM', true, 2),
    ('BOTH', 'Both', true, 3),
    ('NONE', 'None', true, 4)
on conflict (code) do nothing;

-- The codes are opaque (P5): do_not_show is the ordinary case.
insert into par_statuses (code, name, is_trackable, is_system, sort_order)
values
    ('do_not_show', 'Current', true, true, 1),
    ('tele_130', '30+ Days', true, true, 2),
    ('tele_hardcore', '60+ Days', false, true, 3)
on conflict (code) do nothing;

-- VISITED is FCASH's alone (S6).
insert into status_types (code, name, sequence, company_id, is_system, sort_order)
select t.code, t.name, t.sequence, c.id, true, t.sequence
  from (values
    ('PENDING', 'Pending', 1, null),
    ('TO_FOLLOW', 'To Follow', 2, null),
    ('CALLED', 'Called', 3, null),
    ('VISITED', 'Visited', 4, 'FCASH'),
    ('UPDATED', 'Updated', 5, null),
    ('DONE', 'Done', 6, null)
  ) t (code, name, sequence, company)
  left join companies c on c.code = t.company
on conflict (code) do nothing;

insert into status_reasons (
    code, name, status_type_id, is_terminal, requires_remarks, is_system, sort_order
)
select t.code, t.name, s.id, t.is_terminal, t.requires_remarks, true, t.sort_order
  from (values
    ('DECEASED', 'Deceased', true, false, 1),
    ('FULLY_PAID', 'Fully Paid', true, false, 2),
    ('CONFIRMED', 'Confirmed', false, false, 3),
    ('NOT_REACHABLE', 'Not Reachable', false, true, 4)
  ) t (code, name, is_terminal, requires_remarks, sort_order)
  join status_types s on s.code = 'DONE'
on conflict (code) do nothing;
