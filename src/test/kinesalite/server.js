// Serves Kinesis from memory on a free loopback port, which it prints, until its standard input is closed: so it ends
// with the test that started it, whatever ends the test.
'use strict'

const kinesalite = require('kinesalite')

const settings = { createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0, shardLimit: 100 }
const server = kinesalite(settings).listen(0, '127.0.0.1', () => {
  console.log('listening on port ' + server.address().port)
})
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
