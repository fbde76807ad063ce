/**
 * A figure as HTML that needs no network: a box of fixed height with the static image, and a script that hands the figure to the page's
 * copy of plotly.js (page/page.js), or puts it in a queue until that arrives (library.ts).
 */
import { code, element, fragment, script, type Markup } from "../../html/writer.js";
import { platform } from "../platform/node.js";
import { plotlyFor } from "./plotly.js";
import type { Plotly, Spec } from "./plotly.js";

/**
 * The page's global object of figures. Its number changes when page.js and this file no longer understand each other, so that notebooks
 * saved by different versions can be open in one page.
 */
export const pageGlobal = "cellgradFigures2";

/** How much of plotly.js a page has or a figure needs, as the page counts it. */
const levels: Readonly<Record<Plotly, number>> = { plane: 1, whole: 2 };

/** Statement that makes sure of the page's object, with a queue if plotly.js has not come yet. */
const ensureGlobal = code`var w=window,g=${pageGlobal},f=w[g]=w[g]||{level:0,waiting:[],draw:function(){this.waiting.push([].slice.call(arguments))}};`;

/** The figure's HTML. `image` is an SVG document, left out of updates that another will follow; the page draws those when it has time. */
export function figureHtml(id: string, spec: Spec, alt: string, image: string | undefined): Markup {
  const { width, height } = spec.layout as { width?: number; height: number };
  const picture =
    image === undefined
      ? ""
      : element("img", {
          alt,
          style: { "max-width": "100%", "max-height": "100%" },
          src: `data:image/svg+xml;base64,${platform.base64(new TextEncoder().encode(image))}`,
        });
  const size = {
    height: `${height}px`,
    ...(width !== undefined && { width: `${width}px`, "max-width": "100%" }),
    overflow: "hidden",
  };
  return fragment(
    element("div", { class: "cellgrad-figure", "data-figure": id, style: size }, picture),
    script(
      code`(function(){${ensureGlobal}var s=document.currentScript;f.draw(s&&s.previousElementSibling,${id},${spec},${levels[plotlyFor(spec)]},${image === undefined})})()`,
    ),
  );
}

/** Text by which the library is found in a notebook's file. */
export function libraryMark(plotly: Plotly): string {
  return `cellgrad: plotly.js ${plotly}`;
}

/** The HTML that brings plotly.js, gzipped, and runs it if no other output of the page has brought as much. */
export function libraryHtml(gzip: Uint8Array, plotly: Plotly): Markup {
  const unpacked = code`new Response(new Blob([b]).stream().pipeThrough(new DecompressionStream("gzip"))).text()`;
  const run = code`var s=document.createElement("script");s.textContent=t;document.head.appendChild(s);s.remove()`;
  const failed = code`f.level=n;console.error("cellgrad: plotly.js could not be unpacked",e)`;
  return script(
    code`(function(){${libraryMark(plotly)};${ensureGlobal}var n=f.level,l=${levels[plotly]};if(n>=l)return;f.level=l;var b=Uint8Array.from(atob(${platform.base64(gzip)}),function(c){return c.charCodeAt(0)});${unpacked}.then(function(t){${run}}).catch(function(e){${failed}})})()`,
  );
}
