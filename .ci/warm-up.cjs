// A first run of the program in a folder: the code that it compiles is kept for the starts after it.
const [dist] = process.argv.splice(2, 1);
require(`${dist}start.js`)('sdt', true);
