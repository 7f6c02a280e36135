// Compiles a mini-program with WeChat's own uploader, without a network and without an account: `node compile.js
// <mini-program>`. Prints one JSON object: { fault } with WeChat's code, sentence and file, or { main, parts } with the
// bytes of the main package and of each part as they would be uploaded.
'use strict'

const crypto = require('node:crypto')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const ci = require('miniprogram-ci')
const AdmZip = require('adm-zip')

const folder = path.resolve(process.argv[2])
// What WeChat's server would be asked for before anything is compiled; its documentation lets one answer it oneself.
const ACCOUNT = {
  platform: false,
  appType: 0,
  isSandbox: false,
  released: false,
  setting: {
    MaxCodeSize: 2, MaxSubpackageSubCodeSize: 2, MaxSubpackageFullCodeSize: 20, NavigateMiniprogramLimit: 10,
    MaxSubPackageLimit: 100, MinTabbarCount: 2, MaxTabbarCount: 5, MaxCustomTabbarCount: 5, MaxTabbarIconSize: 40
  }
}

function sizes (file) {
  const parts = (JSON.parse(fs.readFileSync(path.join(folder, 'app.json'), 'utf8')).subPackages || []).map(one => one.root)
  const told = { main: 0, parts: Object.fromEntries(parts.map(root => [root, 0])) }
  for (const { entryName, isDirectory, header } of new AdmZip(file).getEntries()) {
    const root = parts.find(one => entryName.startsWith(`${one}/`))
    if (isDirectory) continue
    if (root) told.parts[root] += header.size
    else told.main += header.size
  }
  return told
}

async function compiled (kept) {
  const privateKeyPath = path.join(kept, 'key')
  // Any key will do: nothing is sent that would be signed with it.
  const { privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 })
  fs.writeFileSync(privateKeyPath, privateKey.export({ type: 'pkcs1', format: 'pem' }))
  const { setting } = JSON.parse(fs.readFileSync(path.join(folder, 'project.config.json'), 'utf8'))
  const project = new ci.Project({ appid: 'wx0000000000000000', type: 'miniProgram', projectPath: folder, privateKeyPath })
  project.attr = async () => ACCOUNT
  const file = path.join(kept, 'compiled.zip')
  await ci.getCompiledResult({ project, version: '1.0.0', desc: 'check', setting, onProgressUpdate () {} }, file)
  return sizes(file)
}

async function main () {
  const kept = fs.mkdtempSync(path.join(os.tmpdir(), 'wechat-compiler-'))
  // The uploader talks on the console: what it says belongs to the other stream.
  const { log } = console
  console.log = console.info = console.error
  const told = await compiled(kept).catch(({ code, message, path: at }) => ({ fault: `${code || ''} ${at || ''} ${message}`.trim() }))
  fs.rmSync(kept, { recursive: true, force: true })
  log(JSON.stringify(told))
  process.exit(told.fault ? 1 : 0)
}

main()
