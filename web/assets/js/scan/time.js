// Times as officers read them: Hanoi's, in the language of the page.
import { language, t } from "./words.js";

/** @param {Intl.DateTimeFormatOptions} options */
function hanoi(options) {
	return new Intl.DateTimeFormat(language() === "vi" ? "vi-VN" : "en-GB", { timeZone: "Asia/Ho_Chi_Minh", hourCycle: "h23", ...options });
}

/**
 * "14:05"
 * @param {number} at milliseconds since 1970
 */
export function hour(at) {
	return hanoi({ hour: "2-digit", minute: "2-digit" }).format(at);
}

/**
 * "14:05, thứ Năm 26/11"
 * @param {number} at
 */
export function moment(at) {
	const [day, month] = hanoi({ day: "2-digit", month: "2-digit" }).formatToParts(at).filter((part) => part.type !== "literal").map((part) => part.value);
	const weekday = hanoi({ weekday: "long" }).format(at);
	return t("scanner.moment", { hour: hour(at), weekday, date: `${day}/${month}` });
}

/**
 * A length of time in its largest unit: "3 phút", "7 giờ", "2 ngày".
 * @param {number} ms
 */
export function span(ms) {
	const minutes = Math.max(0, Math.round(ms / 60_000));
	if (minutes < 60) return t("scanner.minutes", { n: minutes });
	if (minutes < 48 * 60) return t("scanner.hours", { n: Math.floor(minutes / 60) });
	return t("scanner.days", { n: Math.floor(minutes / 1440) });
}
