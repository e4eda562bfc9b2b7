-- Calls whose INVITE another client than the phone answered: missed on the phone, but not missed.
SELECT started, "from", "to", modality, answer_ms, push_count, call_id, file, line
FROM 'calls.parquet'
WHERE verdict = 'answered_elsewhere'
ORDER BY started, call_id;
