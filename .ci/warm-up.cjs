// A first run of dist/: the code that it compiles is kept for the starts after it.
require('../dist/start.js')('sdt', true);
