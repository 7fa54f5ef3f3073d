// A small foreign server on Fedify, for tests. It has two actors, alice and mallory, keeps what arrives,
// and does what it is told at /control: the test speaks to it there, other servers everywhere else.
// TLS ends in the test's process; names lead to loopback as in hosts/sitecustomize.py.
import { createFederation, generateCryptoKeyPair, signRequest } from "@fedify/fedify";
import { Accept, Activity, Endpoints, Follow, isActor, Note, Person } from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { createServer } from "node:http";
import tls from "node:tls";

const { ORIGIN, PORT, TEST_HOSTS, TEST_PORT } = process.env;
const hosts = Object.fromEntries(TEST_HOSTS.split(",").map((pair) => pair.split("=")));
const connect = tls.connect;
tls.connect = (options, ...rest) =>
  connect({ ...options, host: hosts[options.host] ?? options.host, port: TEST_PORT }, ...rest);

class MemoryKvStore {
  #kept = new Map();
  async get(key) {
    return this.#kept.get(JSON.stringify(key));
  }
  async set(key, value) {
    this.#kept.set(JSON.stringify(key), value);
  }
  async delete(key) {
    this.#kept.delete(JSON.stringify(key));
  }
  async *list(prefix = []) {
    for (const [text, value] of this.#kept) {
      const key = JSON.parse(text);
      if (prefix.every((part, i) => key[i] === part)) yield { key, value };
    }
  }
}

const names = ["alice", "mallory"];
const keys = Object.fromEntries(
  await Promise.all(names.map(async (name) => [name, await generateCryptoKeyPair("RSASSA-PKCS1-v1_5")])),
);
const notes = new Map(); // by number: JSON
const seen = []; // activities that were accepted, with the form of their signature
const knocks = []; // every POST to an inbox: form and status
let refused = ""; // the form of signature that is not taken now

const federation = createFederation({
  kv: new MemoryKvStore(),
  origin: ORIGIN,
  allowPrivateAddress: true,
  firstKnock: process.env.FIRST_KNOCK,
  circuitBreaker: false,
});

federation
  .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
    if (!names.includes(identifier)) return null;
    return new Person({
      id: ctx.getActorUri(identifier),
      preferredUsername: identifier,
      name: `${identifier} of Fedify`,
      summary: "<p>Far away</p>",
      url: new URL(`/@${identifier}`, ORIGIN),
      inbox: ctx.getInboxUri(identifier),
      followers: ctx.getFollowersUri(identifier),
      endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
      publicKeys: (await ctx.getActorKeyPairs(identifier)).map((pair) => pair.cryptographicKey),
    });
  })
  .setKeyPairsDispatcher((_ctx, identifier) => [keys[identifier]]);
federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: [] }));
federation.setObjectDispatcher(Note, "/notes/{number}", async (_ctx, { number }) =>
  notes.has(number) ? await Note.fromJsonLd(notes.get(number)) : null,
);
federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
  software: { name: "foreign", version: "1.0.0" },
  protocols: ["activitypub"],
  usage: { users: {}, localPosts: 0, localComments: 0 },
}));
federation
  .setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .on(Follow, async (ctx, follow) => {
    await keep(ctx, follow);
    const asker = await follow.getActor(ctx);
    const name = ctx.parseUri(follow.objectId)?.identifier;
    const answer = new Accept({
      id: new URL(`/accepts/${seen.length}`, ORIGIN),
      actor: follow.objectId,
      object: follow,
    });
    await ctx.sendActivity({ identifier: name }, asker, answer, { immediate: true });
  })
  .on(Activity, keep);

async function keep(ctx, activity) {
  seen.push(await activity.toJsonLd({ contextLoader: ctx.contextLoader }));
}

// What the test may tell this server to do. Each answers something that JSON can say.
const deeds = {
  async lookup(ctx, { what }) {
    const found = await ctx.lookupObject(what, { documentLoader: await ctx.getDocumentLoader({ identifier: "alice" }) });
    return found && { json: await found.toJsonLd(), actor: isActor(found), content: String(found.content ?? "") };
  },
  async send(ctx, { to, activity, by = "alice" }) {
    const whom = await ctx.lookupObject(to);
    const letter = await Activity.fromJsonLd(activity, ctx);
    await ctx.sendActivity({ identifier: by }, whom, letter, { immediate: true });
    return "sent";
  },
  async note(_ctx, { number, note }) {
    if (note) notes.set(number, note);
    else notes.delete(number);
    return "kept";
  },
  // A letter signed by Fedify's own code and then altered: `age` in seconds, `instead` headers and body.
  async raw(_ctx, { inbox, body, by = "alice", key = `${ORIGIN}/users/${by}#main-key`, spec, age = 0, unsigned, instead = {} }) {
    const sent = JSON.stringify(body);
    const plain = new Request(inbox, {
      method: "POST",
      body: sent,
      headers: { "content-type": "application/activity+json" },
    });
    const currentTime = Temporal.Now.instant().subtract({ seconds: age });
    const options = { spec, currentTime };
    const request = unsigned ? plain : await signRequest(plain, keys[by].privateKey, new URL(key), options);
    const headers = new Headers(request.headers);
    for (const [name, value] of Object.entries(instead.headers ?? {})) {
      if (value === null) headers.delete(name);
      else headers.set(name, value);
    }
    const answer = await fetch(inbox, { method: "POST", headers, body: instead.body ?? sent });
    return { status: answer.status, said: (await answer.text()).trim() };
  },
  async refuse(_ctx, { form }) {
    refused = form;
    return "refused from now on";
  },
  async seen() {
    return { seen, knocks };
  },
};

async function answer(request) {
  const { pathname } = new URL(request.url);
  if (pathname === "/control") {
    const { deed, ...how } = await request.json();
    const said = await deeds[deed](federation.createContext(new URL(ORIGIN)), how);
    return Response.json(said ?? null);
  }
  const form = request.headers.has("signature-input") ? "rfc9421" : request.headers.has("signature") ? "cavage" : "";
  const inbox = request.method === "POST";
  const found =
    inbox && form === refused
      ? new Response("not this form", { status: 401 })
      : await federation.fetch(request, {});
  if (inbox) knocks.push({ form, status: found.status });
  return found;
}

createServer(async (incoming, outgoing) => {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  try {
    const hasBody = incoming.method === "POST";
    const request = new Request(new URL(incoming.url, ORIGIN), {
      method: incoming.method,
      headers: Object.entries(incoming.headers),
      body: hasBody ? Buffer.concat(chunks) : undefined,
    });
    const found = await answer(request);
    outgoing.writeHead(found.status, Object.fromEntries(found.headers));
    outgoing.end(Buffer.from(await found.arrayBuffer()));
  } catch (error) {
    outgoing.writeHead(500, { "content-type": "text/plain" });
    outgoing.end(String(error?.stack ?? error));
  }
}).listen(Number(PORT), "127.0.0.1");
