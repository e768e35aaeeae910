// The button of the closing page; scripts inside the page itself are forbidden by the page's own policy.
document.getElementById("again").addEventListener("click", () => window.location.reload());
