-- The first event that waits of each of up to 100 keys, the oldest first. Whoever has locked it has the key until the transaction ends:
-- others pass by it, and what comes later of the key is nobody's first.
SELECT key
FROM outbox AS first
WHERE refused IS NULL
  AND NOT EXISTS (SELECT FROM outbox AS earlier WHERE earlier.key = first.key AND earlier.id < first.id AND earlier.refused IS NULL)
ORDER BY id
LIMIT 100
FOR UPDATE SKIP LOCKED
