/**
 * Files that a person names: how they are opened and how they come to be. What cannot be read is refused with the
 * remedy, before a run starts; what is written appears whole or not at all, and never in place of what is no file.
 * {@link io.cardwatch.files.RecordFiles} reads the records of a bounded run in their total order, {@link
 * io.cardwatch.files.CsvSink} writes its rows.
 */
package io.cardwatch.files;
