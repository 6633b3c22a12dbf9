// A request as it is, and everything that the page may read of the answer.

export async function plainFetch({ baseUrl, path, ...init }) {
  try {
    const response = await fetch(baseUrl + path, init);
    return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
  } catch (error) {
    return { failure: String(error) };
  }
}
