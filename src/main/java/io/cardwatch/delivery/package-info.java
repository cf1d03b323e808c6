/**
 * Rows beyond the warehouse, as JSON with the names of its columns: into a Kinesis stream, into Firehose, and as files.
 */
package io.cardwatch.delivery;
