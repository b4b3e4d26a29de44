select array_remove(array[case
    when (select count(*) from (select from ((select w.sort_name, w.client_id from client_words w
where w.word >= %(word_0)s::text and w.word < %(word_0)s::text || chr(1114111) and true)) r limit 255) m) < 255
        then 0
end, case
    when (select count(*) from (select from ((select w.sort_name, w.client_id from client_words w
where w.word >= %(word_1)s::text and w.word < %(word_1)s::text || chr(1114111) and true)) r limit 255) m) < 255
        then 1
end], null), array(
    with recursive whole (word) as (
        (
            select w.word from client_words w
            where w.word >= %(word_0)s::text and w.word < %(word_0)s::text || chr(1114111)
            order by w.word
            limit 1
        )
        union all
        select (
            select w.word from client_words w
            where w.word > whole.word and w.word < %(word_0)s::text || chr(1114111)
            order by w.word
            limit 1
        )
        from whole
        where whole.word is not null
    )
    select whole.word from whole
    where whole.word is not null
    limit 33
)
