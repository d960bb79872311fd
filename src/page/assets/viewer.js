// Shows the OpenAPI document in whichever viewer the page has brought.
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
