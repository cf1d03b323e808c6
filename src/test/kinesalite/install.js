// Installs what package-lock.json pins, once: npm ci deletes and fetches everything each time it is called.
'use strict'

const { spawnSync } = require('child_process')
const fs = require('fs')
const path = require('path')

if (Number(process.versions.node.split('.')[0]) < 18) {
  console.error('The Kinesis tests need Node 18 or newer, this is ' + process.version + '.')
  process.exit(1)
}
const stamp = path.join(__dirname, 'node_modules', '.installed-lock')
const lock = fs.readFileSync(path.join(__dirname, 'package-lock.json'), 'utf8')
if (!fs.existsSync(stamp) || fs.readFileSync(stamp, 'utf8') !== lock) {
  // Without the optional leveldown, a native module: in memory kinesalite does not use it.
  const npm = spawnSync('npm', ['ci', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: __dirname,
    stdio: 'inherit',
    shell: process.platform === 'win32'
  })
  if (npm.status !== 0) {
    console.error('npm ci failed in ' + __dirname + '; the Kinesis tests need npm and its registry once.')
    process.exit(1)
  }
  fs.writeFileSync(stamp, lock)
}
