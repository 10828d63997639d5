// Payments that were asked and not yet answered, kept on this device: each with its key, so that asking again pays once.
// The codes are sealed with a key that never leaves this browser, and deleted as soon as the site has answered.
const PAYMENTS = "payments";
const SECRETS = "secrets";
const SEAL = "AES-GCM";

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open(name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(PAYMENTS, { keyPath: "key" });
    request.result.createObjectStore(SECRETS);
  };
  return done(request);
}

export class Queue {
  static async open(name) {
    const queue = new Queue();
    queue.database = await open(name);
    queue.secret = await queue.ask(SECRETS, "readonly", (store) => store.get(SEAL));
    if (!queue.secret) {
      const made = await crypto.subtle.generateKey({ name: SEAL, length: 256 }, false, ["encrypt", "decrypt"]);
      // Another tab may have been faster: what is there first stays.
      await queue.ask(SECRETS, "readwrite", (store) => store.add(made, SEAL)).catch(() => {});
      queue.secret = await queue.ask(SECRETS, "readonly", (store) => store.get(SEAL));
    }
    return queue;
  }

  ask(store, mode, question) {
    return done(question(this.database.transaction(store, mode).objectStore(store)));
  }

  // Kept before it is sent: whatever happens then, the key is known.
  async add(payment, codes) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(codes));
    const sealed = await crypto.subtle.encrypt({ name: SEAL, iv }, this.secret, text);
    await this.save({ ...payment, state: "waiting", iv, sealed });
  }

  save(payment) { return this.ask(PAYMENTS, "readwrite", (store) => store.put(payment)); }
  remove(key) { return this.ask(PAYMENTS, "readwrite", (store) => store.delete(key)); }

  async all() {
    const found = await this.ask(PAYMENTS, "readonly", (store) => store.getAll());
    return found.sort((one, other) => one.made - other.made);
  }

  async codes({ iv, sealed }) {
    const text = await crypto.subtle.decrypt({ name: SEAL, iv }, this.secret, sealed);
    return JSON.parse(new TextDecoder().decode(text));
  }

  // Answered: what was said stays until it is read; the codes do not.
  async settle({ iv, sealed, ...payment }, answer) { await this.save({ ...payment, ...answer }); }
}
