// Prints templates as JSON: cloudformation FILE (short tags as long ones), lint FILE (what cfn-lint says), terraform DIRECTORY,
// yaml FILE (a list of its documents).
'use strict'

const fs = require('fs')
const path = require('path')

function cloudformation (file) {
  const schema = require('cfn-lint/lib/yamlSchema').default()
  return require('js-yaml').load(fs.readFileSync(file, 'utf8'), { schema })
}

function lint (file) {
  const errors = require('cfn-lint/lib/validator').validateFile(file, {}).errors
  return [...errors.crit, ...errors.warn].map(error => error.resource + ': ' + error.message)
}

async function terraform (directory) {
  const text = fs.readdirSync(directory)
    .filter(name => name.endsWith('.tf'))
    .sort()
    .map(name => fs.readFileSync(path.join(directory, name), 'utf8'))
    .join('\n')
  return require('@cdktn/hcl2json').parse(directory, text)
}

function yaml (file) {
  return require('js-yaml').safeLoadAll(fs.readFileSync(file, 'utf8'))
}

async function main () {
  const [, , what, file] = process.argv
  process.stdout.write(JSON.stringify(await { cloudformation, lint, terraform, yaml }[what](file)))
}

main()
