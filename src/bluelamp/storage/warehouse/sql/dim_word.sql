-- Every word of every small vocabulary, numbered per field; 0, the blank, is never written.
CREATE TABLE dim_word (field VARCHAR NOT NULL, word_id USMALLINT NOT NULL, word VARCHAR NOT NULL);
-- fill
INSERT INTO dim_word
SELECT fresh.field, known.highest + row_number() OVER (PARTITION BY fresh.field ORDER BY fresh.word), fresh.word
FROM (SELECT DISTINCT field, word FROM read_parquet($lake_files, hive_partitioning = false)) AS fresh
LEFT JOIN (SELECT field, max(word_id) AS highest FROM dim_word GROUP BY field) AS numbered USING (field)
CROSS JOIN LATERAL (SELECT coalesce(numbered.highest, 0) AS highest) AS known
ANTI JOIN dim_word AS old ON old.field = fresh.field AND old.word = fresh.word;
