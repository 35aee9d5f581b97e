// An OpenID Connect issuer for tests: npm's oidc-provider with one client and any number of people.
// It reads its settings as JSON in its first argument, prints its port, and ends with its standard input.
import http from 'node:http';
import Provider from 'oidc-provider';

const given = JSON.parse(process.argv[2]);
const people = new Map(Object.entries(given.people));

const server = http.createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'graph',
    client_secret: given.secret,
    redirect_uris: given.redirects,
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: given.alg ?? 'RS256',
  }],
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, ...people.get(id) }),
  }),
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: true } },
  pkce: { required: () => true },
  cookies: { keys: ['test'] },
  jwks: given.jwks,
});
server.on('request', provider.callback());
console.log(server.address().port);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
