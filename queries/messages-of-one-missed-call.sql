-- Every message of the first missed call and of its pushes, in the order of time: the ladder as a table.
-- For another call, put its Call-ID into the first line behind WITH.
WITH chosen AS (SELECT call_id FROM 'calls.parquet' WHERE missed ORDER BY started, call_id LIMIT 1)
SELECT m.time, m.server, m.direction, m.peer, m.message, m.file, m.line
FROM 'messages.parquet' AS m
WHERE m.call_id IN (SELECT call_id FROM chosen)
   OR m.call_id IN (SELECT p.call_id FROM 'pushes.parquet' AS p JOIN chosen ON p.call = chosen.call_id)
ORDER BY m.time, m.file, m.line;
