// IndexedDB with promises, as far as the scanner needs it.

export class Disk {
	#name;
	#shape;
	#gone;
	/** @type {Promise<IDBDatabase> | null} */
	#db = null;

	/**
	 * @param {string} name
	 * @param {(db: IDBDatabase) => void} shape makes the stores
	 * @param {() => void} gone called when another tab or the browser takes the database away
	 */
	constructor(name, shape, gone) {
		this.#name = name;
		this.#shape = shape;
		this.#gone = gone;
	}

	/**
	 * Runs one transaction, and resolves when all of it is on the disk.
	 * @template T
	 * @param {IDBTransactionMode} mode
	 * @param {string[]} stores
	 * @param {(tx: IDBTransaction) => IDBRequest<T> | void} work the result of the request it returns is the outcome
	 * @returns {Promise<T>}
	 */
	async run(mode, stores, work) {
		const db = await this.#open();
		return new Promise((resolve, reject) => {
			const tx = db.transaction(stores, mode, { durability: "strict" });
			/** @type {IDBRequest<T> | void} */
			let request;
			tx.oncomplete = () => resolve(/** @type {T} */ (request?.result));
			tx.onabort = () => reject(tx.error ?? new DOMException("", "AbortError"));
			request = work(tx);
		});
	}

	/** Deletes the database: with it goes what deleting records would leave in the files. */
	async remove() {
		const db = await this.#db?.catch(() => null);
		this.#db = null;
		db?.close();
		await new Promise((resolve, reject) => {
			const request = indexedDB.deleteDatabase(this.#name);
			request.onsuccess = () => resolve(null); // blocked: the other tabs are closing theirs
			request.onerror = () => reject(request.error);
		});
	}

	#open() {
		this.#db ??= new Promise((resolve, reject) => {
			const request = indexedDB.open(this.#name, 1);
			request.onupgradeneeded = () => this.#shape(request.result);
			request.onerror = () => {
				this.#db = null;
				reject(request.error);
			};
			request.onsuccess = () => {
				const db = request.result;
				const lose = () => {
					db.close();
					this.#db = null;
					this.#gone();
				};
				db.onversionchange = lose;
				db.onclose = lose;
				resolve(db);
			};
		});
		return this.#db;
	}
}
