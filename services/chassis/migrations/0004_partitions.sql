-- Making a partition waits behind open batches, and a batch must never wait long behind it.
ALTER FUNCTION make_partitions(date, date) SET lock_timeout = '300ms';
