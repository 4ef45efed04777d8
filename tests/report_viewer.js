// Opens the report's 3-D view, for tests/report: the result and its mask are drawn from the copies in the pages, or
// through a server, and then from files that a person chooses. Its result is the text of <pre id="result">.
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
  const drawn = async (n) => {
    for (let waited = 0; by('viewer').dataset.drawn !== String(n) && waited < 100; waited++) await new Promise((then) => setTimeout(then, 50));
    return by('viewer').dataset.drawn === String(n);
  };
  let seen, copies = [];

  async function look() {
    by('search').value = 'viewed';
    by('search').dispatchEvent(new Event('input'));
    document.querySelector('#room .row').click();
    by('view').click();
    if (!await drawn(2) || seen.volumes.length !== 2) return 'nothing was drawn: ' + by('viewer-says').textContent;
    const [bright, red] = lit(seen);
    by('with-mask').click();
    const [, masked] = lit(seen);
    if (bright <= 1000 || masked <= red + 1000) return `${bright} bright pixels, ${red} red ones, with the mask ${masked}`;
    by('close').click();
    if (seen.volumes.length !== 0) return 'a closed view holds images';
    if (!copies.length) return 'all held';
    // as a person would: the mask first, in the wrong order
    const files = new DataTransfer();
    for (const [name, base64] of copies.toReversed())
      files.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    by('viewer').hidden = false;
    by('files').files = files.files;
    by('files').dispatchEvent(new Event('change'));
    if (!await drawn(2)) return 'chosen files are not drawn: ' + by('viewer-says').textContent;
    if (seen.volumes[0].name !== copies[0][0]) return 'the mask was taken for the result: ' + seen.volumes[0].name;
    return lit(seen)[0] > 1000 ? 'all held' : 'chosen files are black';
  }

  const plainVolume = window.efface.volume;
  window.efface.volume = (number, ...images) => { copies = images; plainVolume(number, ...images); };
  const script = document.createElement('script');
  script.src = 'report/niivue.js';
  script.onload = () => {
    const plain = window.niivue.Niivue;
    window.niivue = {...window.niivue, Niivue: class extends plain { constructor(...options) { super(...options); seen = this; } }};
    look().then(end, (error) => end('failed: ' + error));
  };
  document.body.append(script);
})();
