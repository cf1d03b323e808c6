-- The other road into Redshift: it reads the stream of predictions.stream itself. Put in your account and role; the role is
-- attached to the cluster or workgroup and may kinesis:DescribeStream, GetShardIterator, GetRecords, ListShards on it.
CREATE EXTERNAL SCHEMA cardwatch_stream
FROM KINESIS
IAM_ROLE 'arn:aws:iam::123456789012:role/cardwatch-redshift-streaming';
