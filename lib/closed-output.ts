/**
 * For a command: whoever reads what it prints may have read enough, as `head` and `grep -q` do. What the command found is
 * said by how it ends all the same.
 */
export function outlivesItsReader(output: NodeJS.WriteStream): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
