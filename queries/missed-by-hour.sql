-- Of the calls to mobile callees in each hour: how many were missed.
SELECT time_bucket(INTERVAL 1 HOUR, started) AS hour, count(*) AS calls, count(*) FILTER (WHERE missed) AS missed,
       round(100.0 * count(*) FILTER (WHERE missed) / count(*), 1) AS percent
FROM 'calls.parquet'
WHERE mobile
GROUP BY hour
ORDER BY hour;
