// Renders the OpenAPI document in the viewer that the page has loaded.
{
  const place = document.getElementById("viewer");
  const address = place.dataset.document;
  if (window.SwaggerUIBundle) {
    window.SwaggerUIBundle({
      url: address,
      domNode: place,
      deepLinking: true,
      displayOperationId: false,
      defaultModelsExpandDepth: 0,
      validatorUrl: null,
    });
  } else if (window.Redoc) {
    window.Redoc.init(address, { hideDownloadButton: false, nativeScrollbars: true }, place);
  }
}
