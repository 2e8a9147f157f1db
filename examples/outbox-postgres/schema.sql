-- Events that wait to be sent. A transaction inserts them beside the rows that they are about: both are kept, or neither is.
CREATE TABLE outbox (
  -- The order of one key: an event of the key that is inserted later has a larger one, as long as transactions that emit for a key come
  -- one after the other. They do where each of them first writes, or locks, the row that the key names.
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- What makes it one event, however often it is sent. Not the number above: that begins anew with a table that is made anew, and the
  -- mesh would take a new event for one that it has.
  event_id uuid NOT NULL DEFAULT gen_random_uuid(),
  -- Events of one key are sent one after the other, e.g. those of an order.
  key text NOT NULL,
  type text NOT NULL,
  subject text,
  data jsonb,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Why the gateway does not take it. It then stays here, and later ones of its key are sent: UPDATE outbox SET refused = NULL sends it again.
  refused text
);

CREATE INDEX outbox_waiting ON outbox (key, id) WHERE refused IS NULL;
