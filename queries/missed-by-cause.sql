-- Missed calls by cause. A call with two causes counts for both; one without a cause is told too.
SELECT coalesce(c.finding, '(no cause found)') AS finding, f.summary, count(*) AS missed, min(c.started) AS first,
       max(c.started) AS last
FROM (SELECT started, unnest(CASE WHEN len(findings) = 0 THEN [NULL] ELSE findings END) AS finding
      FROM 'calls.parquet' WHERE missed) AS c
LEFT JOIN 'findings.parquet' AS f ON f.code = c.finding
GROUP BY ALL
ORDER BY missed DESC, finding;
