// Sends one request that aws4 signs and prints the answer's status and body:
// node signed.js HOST PORT METHOD PATH KEY-ID SECRET [header|query] [BODY]
'use strict'

const aws4 = require('aws4')
const http = require('http')

const [hostname, port, method, path, accessKeyId, secretAccessKey, place, body] = process.argv.slice(2)
const request = {
  service: 'execute-api',
  region: 'us-east-1',
  hostname,
  port,
  method,
  path,
  headers: { Host: hostname + ':' + port },
  signQuery: place === 'query'
}
if (place === 'query') {
  request.path += (path.includes('?') ? '&' : '?') + 'X-Amz-Expires=60'
}
if (body) {
  request.body = body
  request.headers['Content-Type'] = 'application/json'
}
aws4.sign(request, { accessKeyId, secretAccessKey })
http.request(request, (answer) => {
  console.log(answer.statusCode)
  answer.pipe(process.stdout)
}).end(body)
