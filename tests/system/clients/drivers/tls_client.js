// The same as tls_client.py, in Node: tls_client.js PORT CERTIFICATE KEY AUTHORITY
const fs = require('node:fs');
const https = require('node:https');
const readline = require('node:readline');
const tls = require('node:tls');

const [port, certificate, key, authority] = process.argv.slice(2);
const context = tls.createSecureContext({
  cert: fs.readFileSync(certificate), key: fs.readFileSync(key), ca: fs.readFileSync(authority),
});

function visit() {
  return new Promise((resolve) => {
    const fails = (error) => resolve(`failed ${String(error).replaceAll('\n', ' ')}`);
    const options = { host: 'localhost', port, secureContext: context, ca: fs.readFileSync(authority), agent: false, timeout: 20000 };
    https.get(options, (response) => {
      let page = '';
      response.on('data', (data) => { page += data; });
      response.on('end', () => resolve((/CLIENT=\S+ PROTO=[^<\s]*/.exec(page) ?? ['failed: no name'])[0]));
      response.on('error', fails);
    }).on('error', fails);
  });
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) { // eslint-disable-line no-unused-vars
    console.log(await visit());
  }
})();
