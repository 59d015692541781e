// "You are here" on its own, for pages that are no view of a trace: a click goes to the server.

import { drawStrip, fitStrip } from "../shared/strip.js";
import { mount, View } from "../shared/view.js";

/** @import { Component, ViewData } from "../shared/types.d.ts" */

/** @param {Component<ViewData>} component */
export default function (component) {
  return mount(component, Here);
}

class Here extends View {
  /** @param {Component<ViewData>} component */
  update(component) {
    this.selected = { ...component.data.selected };
    this.go = (/** @type {object} */ block) => component.setTriggerValue("go", block);
    super.update(component);
  }

  refresh() {
    this.refreshFrame();
    drawStrip(this);
  }

  draw() {
    fitStrip(this);
  }

  /**
   * @param {number} stage
   * @param {number} block
   */
  goTo(stage, block) {
    Object.assign(this.selected, { stage, block });
    drawStrip(this);
    this.go?.({ stage, block });
  }
}
