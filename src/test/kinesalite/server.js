// Serves Kinesis from memory on a free loopback port, which it prints, until its standard input is closed: so it ends
// with the test that started it, whatever ends the test.
'use strict'

const db = require('kinesalite/db')

// As Kinesis does, ends a closed shard with the page of its last records; kinesalite answers an empty page after it.
replace('kinesalite/actions/getRecords', (getRecords) => (store, request, answer) => {
  // The first empty page only takes the iterator to the present.
  function endsAfter(iterator, emptyPages, then) {
    getRecords(store, { ShardIterator: iterator, Limit: 1 }, (error, page) => {
      if (error || page.Records.length || emptyPages === 0) return then(false)
      if (!page.NextShardIterator) return then(true)
      endsAfter(page.NextShardIterator, emptyPages - 1, then)
    })
  }
  getRecords(store, request, (error, page) => {
    if (error || !page.Records.length) return answer(error, page)
    endsAfter(page.NextShardIterator, 1, (ends) => {
      if (ends) delete page.NextShardIterator
      answer(null, page)
    })
  })
})

// Kinesalite never answers a request for an iterator AT_TIMESTAMP where no record is as young, and takes the milliseconds
// of Amazon's first Java SDK for seconds.
replace('kinesalite/actions/getShardIterator', (getShardIterator) => (store, request, answer) => {
  if (request.ShardIteratorType !== 'AT_TIMESTAMP') return getShardIterator(store, request, answer)
  const shard = db.resolveShardId(request.ShardId).shardIx
  const time = request.Timestamp > 1e11 ? request.Timestamp / 1000 : request.Timestamp
  const range = { gt: db.shardIxToHex(shard), lt: db.shardIxToHex(shard + 1) }
  db.lazy(store.getStreamDb(request.StreamName).createReadStream(range), answer).join((records) => {
    const older = records.filter((record) => record.value.ApproximateArrivalTimestamp < time)
    const position = older.length
      ? { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: older.pop().key.split('/')[1] }
      : { ShardIteratorType: 'TRIM_HORIZON' }
    getShardIterator(store, { StreamName: request.StreamName, ShardId: request.ShardId, ...position }, answer)
  })
})

function replace(name, by) {
  const file = require.resolve(name)
  const original = require(file)
  require.cache[file].exports = by(original)
}

const kinesalite = require('kinesalite')

const settings = { createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0, shardLimit: 100 }
const server = kinesalite(settings).listen(0, '127.0.0.1', () => {
  console.log('listening on port ' + server.address().port)
})
// Kinesalite would end with the connection of a client that was killed in the middle of its request.
server.on('request', (request) => request.removeAllListeners('error'))
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
