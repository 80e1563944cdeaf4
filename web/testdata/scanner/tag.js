export async function compare(reading, card) {
	const i = reading.bearer.travellers.findIndex((t) => t.name === card.name);
	return { compared: i < 0 ? "differs" : "agrees", traveller: i };
}
