// Passkeys: the one thing on this site that cannot work without a script. It asks the device and sends the form.
(() => {
  "use strict";

  const toBytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));

  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  const withBytes = (credentials) => (credentials || []).map((entry) => ({ ...entry, id: toBytes(entry.id) }));

  async function makePasskey({ publicKey }) {
    const credential = await navigator.credentials.create({
      publicKey: {
        ...publicKey,
        challenge: toBytes(publicKey.challenge),
        user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
        excludeCredentials: withBytes(publicKey.excludeCredentials),
        // Kept on the device with the account's name, so that it can sign in by itself.
        authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      },
    });
    const { response } = credential;
    return {
      ...described(credential),
      response: {
        clientDataJSON: toText(response.clientDataJSON),
        attestationObject: toText(response.attestationObject),
        transports: response.getTransports ? response.getTransports() : [],
      },
    };
  }

  async function usePasskey({ publicKey }) {
    const credential = await navigator.credentials.get({
      publicKey: {
        ...publicKey,
        challenge: toBytes(publicKey.challenge),
        allowCredentials: withBytes(publicKey.allowCredentials),
      },
    });
    const { response } = credential;
    return {
      ...described(credential),
      response: {
        clientDataJSON: toText(response.clientDataJSON),
        authenticatorData: toText(response.authenticatorData),
        signature: toText(response.signature),
        userHandle: response.userHandle ? toText(response.userHandle) : null,
      },
    };
  }

  const described = (credential) => ({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
  });

  // What the server asks for stands in the page, except on the sign-in page, where most visitors never need it.
  async function optionsFor(form) {
    const kept = document.getElementById("passkey-data");
    if (kept) return JSON.parse(kept.textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(`no options: ${answer.status}`);
    return answer.json();
  }

  async function ask(form) {
    const data = await optionsFor(form);
    return form.dataset.passkey === "make" ? makePasskey(data.creation_options) : usePasskey(data.request_options);
  }

  function prepare(form) {
    const button = form.querySelector("button");
    const status = form.querySelector("[data-passkey-status]");
    const host = form.dataset.passkeyHost;
    const isHere = location.hostname === host || location.hostname.endsWith(`.${host}`);
    if (!window.PublicKeyCredential || !isHere) {
      button.disabled = true;
      status.textContent = isHere ? form.dataset.noDevice : form.dataset.elsewhere;
      return;
    }
    button.disabled = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      status.textContent = form.dataset.wait;
      try {
        form.querySelector("[name=credential]").value = JSON.stringify(await ask(form));
        form.submit();
      } catch (error) {
        // Somebody who presses "cancel" on the device is no fault either: both may simply try again.
        status.textContent = error.name === "InvalidStateError" ? form.dataset.known : form.dataset.failed;
        button.disabled = false;
      }
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("form[data-passkey]").forEach(prepare);
  });
})();
