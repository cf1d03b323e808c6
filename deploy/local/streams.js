// Makes streams of two shards: node streams.js ADDRESS STREAM… One that is there stays as it is.
'use strict'

const aws4 = require('aws4')

async function call (address, action, parameters) {
  const body = JSON.stringify(parameters)
  const signed = aws4.sign({
    service: 'kinesis',
    region: 'us-east-1',
    host: new URL(address).host,
    path: '/',
    method: 'POST',
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'Kinesis_20131202.' + action },
    body
  })
  const answer = await fetch(address, { method: 'POST', headers: signed.headers, body })
  // CreateStream answers nothing.
  const text = await answer.text()
  return { ok: answer.ok, json: text && JSON.parse(text) }
}

async function make (address, stream) {
  const made = await call(address, 'CreateStream', { StreamName: stream, ShardCount: 2 })
  if (!made.ok && made.json.__type !== 'ResourceInUseException') throw new Error(JSON.stringify(made.json))
  for (;;) {
    const { json } = await call(address, 'DescribeStreamSummary', { StreamName: stream })
    if (json.StreamDescriptionSummary?.StreamStatus === 'ACTIVE') return
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}

async function main () {
  const [, , address, ...streams] = process.argv
  for (const stream of streams) await make(address, stream)
}

main().catch(error => {
  console.error(error.message)
  process.exit(1)
})
