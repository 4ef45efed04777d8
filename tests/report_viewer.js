// Opens the report's 3-D view, for tests/report: the result and its mask are drawn from the copies in the pages. Its
// result is the text of <pre id="result">.
'use strict';
(() => {
  const by = (id) => document.getElementById(id);
  const end = (text) => {
    const result = document.createElement('pre');
    result.id = 'result';
    result.textContent = text;
    document.body.append(result);
  };
  // Pixels that are not black, right after drawing.
  const lit = (seen) => {
    const {width, height} = by('canvas'), pixels = new Uint8Array(4 * width * height);
    seen.drawScene();
    seen.gl.readPixels(0, 0, width, height, seen.gl.RGBA, seen.gl.UNSIGNED_BYTE, pixels);
    let bright = 0, red = 0;
    for (let k = 0; k < pixels.length; k += 4) {
      bright += pixels[k] > 40 && pixels[k + 1] > 40;
      red += pixels[k] > 40 && pixels[k + 1] < pixels[k] / 2;
    }
    return [bright, red];
  };
  const script = document.createElement('script');
  script.src = 'report/niivue.js';
  script.onload = () => {
    let seen;
    const plain = window.niivue.Niivue;
    window.niivue = {...window.niivue, Niivue: class extends plain { constructor(...options) { super(...options); seen = this; } }};
    by('search').value = 'viewed';
    by('search').dispatchEvent(new Event('input'));
    document.querySelector('#room .row').click();
    by('view').click();
    let waited = 0;
    const timer = setInterval(() => {
      if (by('viewer').dataset.drawn !== '2' && waited++ < 100) return;
      clearInterval(timer);
      if (!seen || seen.volumes.length !== 2) return end('nothing was drawn: ' + by('viewer-says').textContent);
      const [bright, red] = lit(seen);
      by('with-mask').click();
      const [, masked] = lit(seen);
      end(bright > 1000 && masked > red + 1000 ? 'all held' : `${bright} bright pixels, ${red} red ones, with the mask ${masked}`);
    }, 100);
  };
  document.body.append(script);
})();
