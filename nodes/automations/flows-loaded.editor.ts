/** Calls back once the editor has its flows; only Node-RED 5 says so itself, both say that nothing is to be deployed then. */
export function whenFlowsAreLoaded(call: () => void): void {
  if (RED.nodes.version()) {
    call()
    return
  }
  const look = () => {
    if (!RED.nodes.version()) return
    RED.events.off('workspace:dirty', look)
    setTimeout(call)
  }
  RED.events.on('workspace:dirty', look)
}
