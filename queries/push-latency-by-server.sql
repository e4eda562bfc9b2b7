-- Time from a push to its answer, by the server that logged the MESSAGE first. Tests are left out.
WITH first_hop AS (
    SELECT call_id, cseq, arg_min(server, time) AS server
    FROM 'messages.parquet'
    WHERE method = 'MESSAGE' AND request
    GROUP BY call_id, cseq
)
SELECT h.server, count(*) AS pushes, count(p.latency_ms) AS answered, median(p.latency_ms) AS median_ms,
       quantile_cont(p.latency_ms, 0.95) AS p95_ms, max(p.latency_ms) AS max_ms
FROM 'pushes.parquet' AS p
JOIN first_hop AS h USING (call_id, cseq)
WHERE NOT p.synthetic
GROUP BY h.server
ORDER BY h.server;
