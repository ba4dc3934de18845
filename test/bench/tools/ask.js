// Asks once and waits for as long as it takes. Arguments: URL, one header line or nothing.
const [url, header = ""] = process.argv.slice(2);
const { request } = require(url.startsWith("https:") ? "node:https" : "node:http");
const [name, value] = header.split(": ");

request(
  url,
  { rejectUnauthorized: false, headers: value === undefined ? {} : { [name]: value } },
  (answer) => {
    answer.resume();
    console.log(answer.statusCode);
  },
).end();
